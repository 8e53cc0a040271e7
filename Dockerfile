FROM node:26-trixie-slim AS console
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY client-sdk/package.json client-sdk/
RUN npm ci --ignore-scripts
COPY client-sdk/src client-sdk/src
COPY server/contract server/contract
COPY console console
RUN node_modules/.bin/vite build console

FROM node:26-trixie-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY client-sdk/package.json client-sdk/
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY db db
COPY server server
COPY --from=console /app/console/dist console/dist
# A new volume takes over the owner of the folder it is mounted on.
RUN mkdir -p /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/main.ts"]
