import { Link } from 'wouter';
import { Icon } from '../ui/icon.tsx';

export function BackToConnections() {
  return (
    <p className="conn-back">
      <Link href="/connections" className="row">
        <Icon name="left" /> Connections
      </Link>
    </p>
  );
}
