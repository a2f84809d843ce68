import { Button } from '../ui/button.tsx';
import { count } from '../ui/format.ts';

const SHOWN_UP_TO = 99;

/** Says that there are newer entries, over the list and without moving it; they come when they are asked for. */
export function NewEntries({ many, onShow }: { readonly many: number; readonly onShow: () => Promise<void> }) {
  const show = () => {
    window.scrollTo(0, 0);
    void onShow();
  };
  const told = many > SHOWN_UP_TO ? `More than ${SHOWN_UP_TO}` : count(many);
  return (
    <div className="activity-newer" role="status">
      {many > 0 && (
        <Button size="small" variant="primary" onClick={show}>
          {told} new {many === 1 ? 'entry' : 'entries'}, show
        </Button>
      )}
    </div>
  );
}
