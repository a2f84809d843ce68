import { PageHeader } from '../ui/page-header.tsx';

export default function ActivityPage() {
  return <PageHeader title="Activity" />;
}
