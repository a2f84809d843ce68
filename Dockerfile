# For a Postgres of your own (DATABASE_URL); the image carries no embedded one.
FROM node:24-slim AS build
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

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/dist ./dist
COPY --from=build /app/scripts/sync-operations.mjs ./scripts/
USER node
EXPOSE 3000
CMD ["node", "dist/bundle/main.js"]
