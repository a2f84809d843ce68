import { PageHeader } from '../ui/page-header.tsx';

export default function ConnectionsPage() {
  return <PageHeader title="Connections" />;
}
