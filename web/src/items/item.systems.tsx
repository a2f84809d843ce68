import type { Connection } from '@sync-operations/client';
import { useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '../api/organization.ts';
import { connectionPath, itemPath } from '../app/location.ts';
import { useConnections, useConnectors } from '../connections/connection.queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Icon } from '../ui/icon.tsx';
import type { ItemName, PlacedIdentity } from './item.queries.ts';
import { LinkDialog } from './link.dialog.tsx';
import { UnlinkDialog } from './unlink.dialog.tsx';
import './items.css';

interface Props {
  readonly item: ItemName;
  /** The item itself first. */
  readonly identities: readonly PlacedIdentity[];
}

/** Its entry in each system, with the way there, and what is linked with what. */
export function ItemSystems({ item, identities }: Props) {
  const [dialog, setDialog] = useState<'link' | PlacedIdentity | null>(null);
  const mayDecide = useMay('connections');
  const [own] = identities;
  const others = useOtherEnds(item, identities);
  if (!own) return null;
  return (
    <Card
      title="In each system"
      region
      actions={
        mayDecide &&
        others.length > 0 && (
          <Button size="small" onClick={() => setDialog('link')}>
            <Icon name="plus" /> Link …
          </Button>
        )
      }
    >
      <ul className="item-systems" aria-label="Systems">
        {identities.map((one) => (
          <li key={`${one.connection_id} ${one.external_id}`}>
            <Place item={item} identity={one} isOwn={one === own} />
            {one.is_bound && mayDecide && (
              <Button size="small" onClick={() => setDialog(one)} aria-label={`Unlink ${one.external_id} …`}>
                Unlink …
              </Button>
            )}
          </li>
        ))}
      </ul>
      {dialog === 'link' && <LinkDialog item={item} own={own} others={others} onClose={() => setDialog(null)} />}
      {dialog !== null && dialog !== 'link' && (
        <UnlinkDialog item={item} own={own} other={dialog} onClose={() => setDialog(null)} />
      )}
    </Card>
  );
}

interface PlaceProps {
  readonly item: ItemName;
  readonly identity: PlacedIdentity;
  readonly isOwn: boolean;
}

function Place({ item: { entity_type }, identity, isOwn }: PlaceProps) {
  const { connection_id, external_id, is_bound } = identity;
  const connection = useConnections().data?.find(({ id }) => id === connection_id);
  const page = usePageOf(entity_type, connection, external_id);
  return (
    <div className="item-place">
      <p className="break">
        {isOwn ? (
          <strong>{external_id}</strong>
        ) : (
          <Link href={itemPath({ entity_type, external_id, connection_id })}>{external_id}</Link>
        )}{' '}
        in <Link href={connectionPath(connection_id)}>{connection?.name ?? 'a removed connection'}</Link>
      </p>
      <p className="row small">
        {isOwn ? (
          <Badge tone="neutral">this item</Badge>
        ) : is_bound ? (
          <Badge tone="good">linked</Badge>
        ) : (
          <Badge tone="warn">not linked any more</Badge>
        )}
        {page && (
          <a href={page} target="_blank" rel="noreferrer">
            Open it in {connection?.name}
          </a>
        )}
      </p>
    </div>
  );
}

/** The address of its page in the system; undefined where the system has none, or it is no entry of its own there. */
function usePageOf(entity: string, connection: Connection | undefined, externalId: string): string | undefined {
  const connectors = useConnectors().data;
  const connector = connectors?.find(({ system }) => system === connection?.system);
  const page = connector?.entities.find(({ entity_type }) => entity_type === entity)?.page;
  return connection && page && /^\d+$/.test(externalId)
    ? connection.base_url + page.replace('{id}', externalId)
    : undefined;
}

/** The connections whose systems have such items and none that is linked with this one. */
function useOtherEnds({ entity_type }: ItemName, identities: readonly PlacedIdentity[]): readonly Connection[] {
  const connections = useConnections().data ?? [];
  const connectors = useConnectors().data ?? [];
  const taken = new Set(identities.filter((one, n) => n === 0 || one.is_bound).map((one) => one.connection_id));
  return connections.filter(
    ({ id, system }) =>
      !taken.has(id) &&
      connectors
        .find((connector) => connector.system === system)
        ?.entities.some((entity) => entity.entity_type === entity_type),
  );
}
