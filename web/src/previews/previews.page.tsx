import { PageHeader } from '../ui/page-header.tsx';

export default function PreviewsPage() {
  return <PageHeader title="Previews" />;
}
