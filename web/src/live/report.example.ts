/** Quotes a text for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A curl command that reports a new sync of the organization to this service. The reader fills in the key. */
export function reportExample(origin: string, orgId: string): string {
  const body = { entity_type: 'customer', source_system: 'my-service', total_items: 100 };
  return [
    `curl -X POST ${quoted(`${origin}/api/sync/progress`)}`,
    `  -H 'X-Api-Key: YOUR_KEY' -H ${quoted(`X-Org-Id: ${orgId}`)}`,
    `  -H 'Content-Type: application/json'`,
    `  -d ${quoted(JSON.stringify(body))}`,
  ].join(' \\\n');
}
