import { PageHeader } from '../ui/page-header.tsx';

export default function TrendsPage() {
  return <PageHeader title="Trends" />;
}
