export { createMcpHttpServer, type McpHttpOptions } from './http.server.ts';
export { createMcpServer, type McpOptions } from './server.ts';
