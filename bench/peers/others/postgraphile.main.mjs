import { createServer } from 'node:http';
import { jwtVerify } from 'jose';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

/*
 * The same report as a mutation that PostGraphile makes of the table: the token is verified, the organization is set for the transaction, the row
 * is updated and comes back. On the same database, as the same role, under the same policies.
 */
const SECRET = new TextEncoder().encode(process.env.SYNC_JWT_SECRET);

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({ connectionString: process.env.DATABASE_URL, schemas: ['public'], poolConfig: { max: 10 } }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: {
    explain: false,
    context: async ({ node }) => {
      const [, token] = (node?.req.headers.authorization ?? '').split(' ');
      const { payload } = await jwtVerify(token, SECRET);
      return { pgSettings: { 'app.current_org_id': payload.org_id } };
    },
  },
};

const server = createServer();
const served = postgraphile(preset).createServ(grafserv);
await served.addTo(server);
// Node closes idle connections after five seconds, which would end those of a round.
server.keepAliveTimeout = 72_000;
server.listen(0, '127.0.0.1', () => console.log(`listens on http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
