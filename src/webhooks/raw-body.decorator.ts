import { RouteConfig } from '@nestjs/platform-fastify';

/** The handler gets the body as it came, as a Buffer: what is signed are its bytes. See src/http/raw.body.ts. */
export const RawBody = () => RouteConfig({ rawBody: true });
