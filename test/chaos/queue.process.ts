import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PEERS, type PeerName } from './queue.peers.ts';

// A worker of a queue alone: each job takes a moment and leaves a row. Ends at SIGTERM, when the jobs under way are done.

/** So long that each process has some whenever it is struck. */
const JOB_MS = 300;
const [name, url = '', pooled] = process.argv.slice(2);

const pool = new pg.Pool({ connectionString: url });
pool.on('error', () => undefined);
const worker = await PEERS[name as PeerName].work(url, pooled === 'pooled', async (id) => {
  await delay(JOB_MS);
  await pool.query('INSERT INTO public.chaos_done (id, pid) VALUES ($1, $2)', [id, process.pid]);
});
worker.promise?.catch(() => undefined).then(() => process.exit(1));
process.on('SIGTERM', () => {
  void worker
    .stop()
    .then(() => pool.end())
    .then(() => process.exit(0));
});
console.log('works');
