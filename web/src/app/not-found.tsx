import { Link } from 'wouter';
import { Empty } from '../ui/empty.tsx';
import { PageHeader } from '../ui/page.tsx';

export function NotFound() {
  return (
    <>
      <PageHeader title="There is no such page" />
      <Empty title="The address leads nowhere">
        <p>
          It may be old or misspelt. <Link href="/live">Go to the live page</Link>.
        </p>
      </Empty>
    </>
  );
}
