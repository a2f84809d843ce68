import type { OdooVersion } from '../orm/model.types.ts';

/** What `common.version` answers (recording 01). */
export function versionOf(version: OdooVersion) {
  return {
    server_version: version === 18 ? '18.0-20250506' : '19.0',
    server_version_info: [version, 0, 0, 'final', 0, ''],
    server_serie: `${version}.0`,
    protocol_version: 1,
  };
}
