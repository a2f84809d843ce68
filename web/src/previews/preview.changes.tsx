import type { PreviewChange } from '../../../clients/typescript/src/index.ts';
import { previewPath, useParameters } from '../app/location.ts';
import { Card } from '../ui/card.tsx';
import { Empty } from '../ui/empty.tsx';
import { count } from '../ui/format.ts';
import { TabLinks } from '../ui/tab-links.tsx';
import { ChangeList } from './change.list.tsx';
import type { ComputedDelta } from './preview.delta.ts';
import type { Count, KindName } from './preview.summary.ts';

const TABS: readonly { readonly kind: PreviewChange['kind']; readonly of: KindName; readonly label: string }[] = [
  { kind: 'create', of: 'creates', label: 'Creates' },
  { kind: 'update', of: 'updates', label: 'Updates' },
  { kind: 'delete', of: 'deletes', label: 'Deletes' },
  { kind: 'conflict', of: 'conflicts', label: 'Conflicts' },
];
const FILTER = ['kind'] as const;

interface Props {
  readonly cacheKey: string;
  readonly delta: ComputedDelta;
  readonly counts: readonly Count[];
}

/** The changes, one kind at a time; which one stands in the address. */
export function ChangeTabs({ cacheKey, delta, counts }: Props) {
  const [{ kind }] = useParameters(FILTER);
  const numberOf = (name: KindName) => counts.find((one) => one.name === name)?.value ?? 0;
  const chosen = TABS.find((tab) => tab.kind === kind) ?? TABS.find(({ of }) => numberOf(of) > 0) ?? TABS[0];
  if (!chosen) return null;
  return (
    <Card title="Changes">
      <TabLinks
        name="Changes by kind"
        tabs={TABS.map((tab) => ({
          href: `${previewPath(cacheKey)}?kind=${tab.kind}`,
          current: tab === chosen,
          label: tab.label,
          count: count(numberOf(tab.of)),
        }))}
      />
      {numberOf(chosen.of) === 0 ? (
        <Empty title={`No ${chosen.label.toLowerCase()}`} />
      ) : (
        <ChangeList key={chosen.kind} cacheKey={cacheKey} syncId={delta.sync_id} kind={chosen.kind} />
      )}
    </Card>
  );
}
