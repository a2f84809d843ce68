import { PageHeader } from '../ui/page-header.tsx';

export default function PreviewPage() {
  return <PageHeader title="Preview" />;
}
