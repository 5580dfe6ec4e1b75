import { SaxesParser } from 'saxes';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** The root element of a document; throws where it is not well-formed. */
export function parsedXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({ xmlns: false });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes: { ...attributes }, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', (more) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
  const [document] = root.children;
  if (document === undefined) throw new Error('There is no element.');
  return document;
}

interface Allowed {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
}

const TEXT: Allowed = { required: [], optional: ['type', 'message'], children: [] };

/**
 * What the XSD of Jenkins' xUnit plugin allows (junit-10.xsd in jenkinsci/xunit-plugin, as of November 2025), for the
 * elements that this tool writes.
 */
const JENKINS: Readonly<Record<string, Allowed>> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: [
      ...['group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log', 'url'],
      'version',
    ],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
  },
  testcase: {
    required: ['name'],
    optional: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  failure: TEXT,
  error: TEXT,
  skipped: TEXT,
  'system-out': { required: [], optional: [], children: [] },
};

/** The times that the XSD allows: digits, with at most three decimals. */
const JENKINS_TIME = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?$/;

/** What breaks the XSD of Jenkins' xUnit plugin, a sentence for each. */
export function jenkinsViolations(element: Element): readonly string[] {
  const allowed = JENKINS[element.name];
  if (allowed === undefined) return [`<${element.name}> is not known`];
  const named = Object.keys(element.attributes);
  const { time = '0' } = element.name === 'testcase' ? {} : element.attributes;
  return [
    ...allowed.required.filter((one) => !named.includes(one)).map((one) => `<${element.name}> lacks ${one}`),
    ...named
      .filter((one) => ![...allowed.required, ...allowed.optional].includes(one))
      .map((one) => `<${element.name}> has ${one}`),
    ...(JENKINS_TIME.test(time) ? [] : [`<${element.name}> has the time ${time}`]),
    ...element.children.flatMap((child) =>
      allowed.children.includes(child.name)
        ? jenkinsViolations(child)
        : [`<${element.name}> holds <${child.name}>`],
    ),
  ];
}

/** Words that GitLab's reader takes, in an attribute `type` beside text, for a conversion of that text. */
const CONVERTED = [
  ...['array', 'symbol', 'date', 'datetime', 'dateTime', 'duration', 'integer', 'float', 'double', 'decimal'],
  ...['boolean', 'string', 'yaml', 'base64Binary', 'hexBinary', 'file'],
];

const GITLAB_BYTES_MAX = 30 * 1024 * 1024;

/**
 * What GitLab would drop or refuse, by its page on unit test reports and its parser (lib/gitlab/ci/parsers/test/junit.rb
 * in gitlabhq/gitlabhq): one root, cases within suites, each pair of class and name once, one outcome in a case with its
 * words as text, times as numbers, under 30 MB.
 */
export function gitlabViolations(text: string, root: Element): readonly string[] {
  const found = root.name === 'testsuites' ? [] : [`the root is <${root.name}>`];
  if (Buffer.byteLength(text) >= GITLAB_BYTES_MAX) found.push('the file has 30 MB or more');
  const names = new Set<string>();
  for (const one of casesOf(root)) {
    const { classname = '', name = '', time = '' } = one.attributes;
    if (classname === '' || name === '') found.push('a case has no class or no name');
    if (names.has(`${classname}\n${name}`)) found.push(`"${classname}" has "${name}" twice`);
    names.add(`${classname}\n${name}`);
    if (!Number.isFinite(Number.parseFloat(time))) found.push(`"${name}" has the time "${time}"`);
    if (one.children.length > 1) found.push(`"${name}" has ${one.children.length} outcomes`);
    for (const { attributes, text: words, name: kind } of one.children) {
      if (words.trim() === '') found.push(`<${kind}> of "${name}" has no text`);
      if (CONVERTED.includes(attributes['type'] ?? '')) found.push(`<${kind}> would be converted`);
    }
  }
  return found;
}

/** All cases of a document. */
export function casesOf(root: Element): readonly Element[] {
  return root.children.flatMap((child) => (child.name === 'testcase' ? [child] : casesOf(child)));
}
