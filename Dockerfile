# docker build -t workflow-runs-harness .
# For release.json to name the commit of this tool: git rev-parse HEAD >.commit before the build.
# docker run --rm --env-file .env -v "$PWD/reports/runs:/app/reports/runs" \
#   -v "$PWD/reports/history:/app/reports/history" workflow-runs-harness nightly
#
# The base is named by its exact tag. To pin what the tag is today, put the digest behind it (name:tag@sha256:…):
#   docker buildx imagetools inspect node:24.21.0-bookworm-slim --format '{{.Manifest.Digest}}'
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY . .
# The user of the run writes here and nowhere else.
RUN mkdir -p reports/runs reports/history && chown node:node reports/runs reports/history
USER node
# Without npm in between, the signal of a stop reaches the tool, which then stops the workflow runs that it started.
ENTRYPOINT ["node", "--import", "tsx", "cli.ts"]
CMD ["nightly"]
