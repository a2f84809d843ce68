import { Link } from 'wouter';
import { RulesCard } from '../alerts/rules.card.tsx';
import { useMay } from '../api/organization.ts';
import { Card } from '../ui/card.tsx';
import { PageHeader } from '../ui/page.tsx';
import { ApprovalCard } from './approval.card.tsx';
import { KeysCard } from './keys.card.tsx';
import { MembersCard } from './members.card.tsx';
import { UsageCard } from './usage.card.tsx';
import './settings.css';

/** What an organization has decided about itself. Keys and people are for those who may change them. */
export default function SettingsPage() {
  const mayManage = useMay('members');
  const mayErase = useMay('erase');
  return (
    <div className="stack">
      <PageHeader title="Settings">Who may do what here, and how much</PageHeader>
      {mayManage && <MembersCard />}
      {mayManage && <KeysCard />}
      <ApprovalCard mayChange={mayManage} />
      <UsageCard />
      <RulesCard />
      {mayErase && (
        <Card title="Persons">
          <p>
            Whoever asks for it can be erased from what is kept here: <Link href="/settings/erasures">Erasures</Link>
          </p>
        </Card>
      )}
    </div>
  );
}
