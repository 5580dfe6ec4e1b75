import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import ts from 'typescript';

type Exports = Record<string, unknown>;
type Compiled = (exports: Exports, require: (name: string) => unknown, url: string) => void;

interface Source {
  readonly run: Compiled;
  readonly imports: readonly string[];
}

/**
 * Modules of this project, compiled once and evaluated as often as is wanted: in one process, a change of one file costs
 * only the evaluation of that file and of those that import it. Packages are loaded once, as Node loads them.
 */
export class Modules {
  readonly #root: string;
  readonly #standIns: ReadonlyMap<string, unknown>;
  readonly #packages = new Map<string, unknown>();
  readonly #sources = new Map<string, Source>();
  readonly #unchanged = new Map<string, Source>();
  readonly #instances = new Map<string, Exports>();

  constructor(root: string, standIns: ReadonlyMap<string, unknown>) {
    this.#root = root;
    this.#standIns = standIns;
  }

  /** Compiles a file and all that it imports, and loads their packages. */
  async prepare(file: string): Promise<void> {
    if (this.#sources.has(file)) return;
    const source = this.#compile(file, readFileSync(join(this.#root, file), 'utf8'));
    this.#sources.set(file, source);
    this.#unchanged.set(file, source);
    for (const name of source.imports) {
      if (name.startsWith('.')) await this.prepare(join(dirname(file), name));
      else if (!this.#packages.has(name))
        this.#packages.set(name, this.#standIns.get(name) ?? (await packageOf(name)));
    }
  }

  /** Replaces the text of one file, or takes back what was replaced; what depends on it is evaluated anew. */
  replace(file: string, text: string | null): void {
    const source = text === null ? this.#unchanged.get(file) : this.#compile(file, text);
    if (source === undefined) throw new Error(`${file} was not prepared`);
    this.#sources.set(file, source);
    this.forget(file);
  }

  /** Forgets the state of a file and of all that import it. */
  forget(file: string): void {
    const depends = new Map<string, boolean>();
    const dependsOn = (one: string): boolean => {
      const known = depends.get(one);
      if (known !== undefined) return known;
      depends.set(one, one === file);
      const imports = this.#sources.get(one)?.imports ?? [];
      const found =
        one === file || imports.some((name) => name.startsWith('.') && dependsOn(join(dirname(one), name)));
      depends.set(one, found);
      return found;
    };
    for (const one of this.#sources.keys()) if (dependsOn(one)) this.#instances.delete(one);
  }

  /** A file's exports; it is evaluated when it was not yet. */
  load(file: string): Exports {
    const known = this.#instances.get(file);
    if (known !== undefined) return known;
    const source = this.#sources.get(file);
    if (source === undefined) throw new Error(`${file} was not prepared`);
    const exports: Exports = {};
    this.#instances.set(file, exports);
    const require = (name: string): unknown =>
      name.startsWith('.') ? this.load(join(dirname(file), name)) : this.#packages.get(name);
    source.run(exports, require, pathToFileURL(join(this.#root, file)).href);
    return exports;
  }

  #compile(file: string, text: string): Source {
    const { outputText } = ts.transpileModule(text, {
      fileName: file,
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.CommonJS,
        jsx: ts.JsxEmit.ReactJSX,
        jsxImportSource: 'preact',
        verbatimModuleSyntax: false,
        isolatedModules: true,
      },
    });
    const code = outputText.replaceAll('import.meta.url', '__url');
    const run = compileFunction(code, ['exports', 'require', '__url'], {
      filename: join(this.#root, file),
    }) as Compiled;
    const imports = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = '']) => name);
    return { run, imports };
  }
}

/** A package's exports; where tsx has taken the default of a CommonJS package apart, it is put back. */
async function packageOf(name: string): Promise<unknown> {
  const loaded = (await import(name)) as Exports;
  return 'default' in loaded ? loaded : { ...loaded, default: loaded };
}
