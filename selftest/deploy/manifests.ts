import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './clone.ts';

/** A Kubernetes object, as much of it as is looked at here. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly schedule?: string;
    readonly completions?: number;
    readonly parallelism?: number;
    readonly template?: PodTemplate;
    readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
  };
}

export interface PodTemplate {
  readonly spec: {
    readonly restartPolicy: string;
    readonly automountServiceAccountToken?: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
  };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

const FOLDER = join(ROOT, 'deploy', 'kubernetes');

/** All objects below `deploy/kubernetes`. */
export function readManifests(): readonly Manifest[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
  return files.flatMap((name) => {
    const documents = parseAllDocuments(readFileSync(join(FOLDER, name), 'utf8'));
    return documents.map((document) => document.toJS() as Manifest);
  });
}

/** The object of that kind and name. */
export function manifest(kind: string, name: string): Manifest {
  const found = readManifests().find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found;
}

export function podOf({ spec }: Manifest): PodTemplate {
  const template = spec?.template ?? spec?.jobTemplate?.spec.template;
  if (template === undefined) throw new Error('It has no pod.');
  return template;
}

interface Model {
  validate(): void;
}

/** What the schemas of kubernetes-models hold against an object; null for nothing. They let unknown fields pass. */
export function schemaViolation(one: Manifest): string | null {
  const models = createRequire(import.meta.url)(`kubernetes-models/${one.apiVersion}`) as Readonly<
    Record<string, new (data: Manifest) => Model>
  >;
  const Kind = models[one.kind];
  if (Kind === undefined) return `${one.apiVersion} has no ${one.kind}`;
  try {
    new Kind(one).validate();
    return null;
  } catch (error) {
    return String(error);
  }
}

/**
 * What the types of kubernetes-models hold against objects: unknown fields at any depth, and wrong types. The compiler
 * allows no field more than a type has in an object that is written out.
 */
export function typeViolations(all: readonly Manifest[]): readonly string[] {
  const path = join(ROOT, 'selftest', 'deploy', 'manifests-to-check.ts');
  const text = all
    .map(
      (one, n) =>
        `import type { I${one.kind} as T${n} } from 'kubernetes-models/${one.apiVersion}';\nexport const m${n}: T${n} = ${JSON.stringify(one)};\n`,
    )
    .join('');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const disk = ts.createCompilerHost(options);
  host.fileExists = (name) => name === path || disk.fileExists(name);
  host.readFile = (name) => (name === path ? text : disk.readFile(name));
  host.getSourceFile = (name, version) =>
    name === path ? ts.createSourceFile(name, text, version) : disk.getSourceFile(name, version);
  const program = ts.createProgram([path], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
