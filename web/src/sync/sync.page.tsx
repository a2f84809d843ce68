import { PageHeader } from '../ui/page-header.tsx';

export default function SyncPage() {
  return <PageHeader title="Sync" />;
}
