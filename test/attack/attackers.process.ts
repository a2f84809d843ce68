import { ATTACKERS, type Target } from './attackers.ts';

// A process of its own, so that what the attackers do does not count as a wait of those who are attacked. The second argument is JSON:
// the attackers by their names, each with its target. Says when it begins and ends at SIGTERM, however its attackers are at that moment.
const targets = JSON.parse(process.argv[2] as string) as Record<string, Target>;
process.once('SIGTERM', () => process.exit(0));
for (const [name, target] of Object.entries(targets))
  ATTACKERS[name]?.(target, new AbortController().signal).catch((error) => console.error(name, error));
console.log('attacking');
