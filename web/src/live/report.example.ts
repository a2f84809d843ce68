/** In single quotes for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command that starts a sync of the organization at this service; the key is the reader's. */
export function reportExample(origin: string, orgId: string): string {
  const body = { entity_type: 'customer', source_system: 'my-service', total_items: 100 };
  return [
    `curl -X POST ${quoted(`${origin}/api/sync/progress`)}`,
    `  -H 'X-Api-Key: YOUR_KEY' -H ${quoted(`X-Org-Id: ${orgId}`)}`,
    `  -H 'Content-Type: application/json'`,
    `  -d ${quoted(JSON.stringify(body))}`,
  ].join(' \\\n');
}
