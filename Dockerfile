# For a Postgres of your own (DATABASE_URL); the image carries no embedded one. docs/deploying.md says how it is built and run.
#
# The base by its digest, so that the same commit gives the same image. `docker buildx imagetools inspect node:24.21.0-slim` prints the newest.
ARG BASE=node:24.21.0-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY clients/typescript/package.json clients/typescript/
COPY clients/react/package.json clients/react/
COPY clients/mcp/package.json clients/mcp/
COPY web/package.json web/
COPY sandbox/package.json sandbox/
COPY packages/embedded-postgres/package.json packages/embedded-postgres/
COPY test/clients/typescript-5.9/package.json test/clients/typescript-5.9/
# With the optional ones: what builds the dashboard brings its platform's binaries that way.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm run docs:build && npm prune --omit=dev --omit=optional

FROM ${BASE}
# The environment is production's, and everybody outside of the container reaches it.
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/dist ./dist
COPY --from=build /app/scripts/sync-operations.mjs ./scripts/
# By its number, so that Kubernetes can see that it is not root. It writes no files: run it with a read-only root.
USER 1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/bundle/main.js"]
