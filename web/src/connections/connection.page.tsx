import { PageHeader } from '../ui/page-header.tsx';

export default function ConnectionPage() {
  return <PageHeader title="Connection" />;
}
