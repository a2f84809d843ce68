import { useConnectionName } from '../connections/connection.queries.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';
import { type ItemName, type PlacedIdentity, useUnlink } from './item.queries.ts';

interface Props {
  readonly item: ItemName;
  readonly own: PlacedIdentity;
  readonly other: PlacedIdentity;
  readonly onClose: () => void;
}

/** Names both entries before they are taken apart. */
export function UnlinkDialog({ item: { entity_type }, own, other, onClose }: Props) {
  const nameOf = useConnectionName();
  const showToast = useToast();
  const unlink = useUnlink(own.connection_id);
  const { external_id } = own;
  return (
    <Dialog title={`Unlink ${entity_type} ${external_id} from ${other.external_id}?`} onClose={onClose}>
      <p className="break">
        {external_id} in “{nameOf(own.connection_id)}” and {other.external_id} in “{nameOf(other.connection_id)}” are no
        longer taken for the same. Nothing is deleted in either system.
      </p>
      <p>
        The next sync looks for a match again and may find the same one. To keep them apart, say afterwards that it is a
        new one.
      </p>
      {unlink.error && <ErrorNote error={unlink.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Keep the link</Button>
        <Button
          variant="danger"
          busy={unlink.isPending}
          onClick={() =>
            unlink.mutate(
              { with: other.connection_id, entity_type, external_id, with_external_id: other.external_id },
              {
                onSuccess: () => {
                  showToast('Unlinked.');
                  onClose();
                },
              },
            )
          }
        >
          Unlink them
        </Button>
      </div>
    </Dialog>
  );
}
