import ts from 'typescript';

/** One small change of a source file: what stands from `start` to `end` is replaced. */
export interface Mutant {
  readonly file: string;
  /** The line's number, from 1. */
  readonly line: number;
  /** The text of that line, without its indentation. */
  readonly lineText: string;
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
}

/** A change of one node: its new text. */
type Change = readonly [node: ts.Node, after: string];

const OPERATORS: ReadonlyMap<string, readonly string[]> = new Map([
  ['+', ['-']],
  ['-', ['+']],
  ['*', ['/']],
  ['/', ['*']],
  ['%', ['*']],
  ['**', ['*']],
  ['<', ['<=', '>']],
  ['<=', ['<', '>=']],
  ['>', ['>=', '<']],
  ['>=', ['>', '<=']],
  ['===', ['!==']],
  ['!==', ['===']],
  ['&&', ['||']],
  ['||', ['&&']],
  ['??', ['&&']],
]);

const ASSIGNMENTS: ReadonlyMap<string, string> = new Map([
  ['+=', '-='],
  ['-=', '+='],
  ['*=', '/='],
  ['/=', '*='],
  ['||=', '&&='],
  ['&&=', '||='],
  ['??=', '='],
]);

const METHODS: ReadonlyMap<string, string> = new Map(
  [
    ['min', 'max'],
    ['floor', 'ceil'],
    ['every', 'some'],
    ['startsWith', 'endsWith'],
    ['find', 'findLast'],
    ['indexOf', 'lastIndexOf'],
    ['padStart', 'padEnd'],
    ['toLowerCase', 'toUpperCase'],
  ].flatMap(([one = '', other = '']): [string, string][] => [
    [one, other],
    [other, one],
  ]),
);
const ROUNDED = ['round', 'trunc'];

/** Methods that choose from or order what they are called on: without them it stays as it is. */
const CHOOSING = ['filter', 'toSorted', 'toReversed', 'trim'];
/** Methods whose first text names something. */
const NAMING = ['has', 'get', 'includes', 'startsWith', 'endsWith', 'set', 'add', 'delete'];

/** All changes of a source file that the rules of this file name, in the order of the text. */
export function mutantsOf(file: string, text: string): readonly Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const changes: Change[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    if (ts.isTypeAliasDeclaration(node) || ts.isExportDeclaration(node)) return;
    changes.push(...changesOf(node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return changes
    .map(([node, after]) => mutantOf(file, source, node, after))
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

function mutantOf(file: string, source: ts.SourceFile, node: ts.Node, after: string): Mutant {
  const start = node.getStart(source);
  const { line } = source.getLineAndCharacterOfPosition(start);
  const lineText = (source.text.split('\n')[line] ?? '').trim();
  const before = node.getText(source);
  return { file, line: line + 1, lineText, start, end: node.getEnd(), before, after };
}

function changesOf(node: ts.Node): readonly Change[] {
  return [
    ...(ts.isBinaryExpression(node) ? ofBinary(node) : []),
    ...ofUnary(node),
    ...ofCondition(node),
    ...(ts.isCallExpression(node) ? ofCall(node) : []),
    ...ofLiteral(node),
    ...ofStatement(node),
  ];
}

function ofBinary(node: ts.BinaryExpression): readonly Change[] {
  const operator = node.operatorToken.getText();
  const [left, right] = [node.left.getText(), node.right.getText()];
  const assignment = ASSIGNMENTS.get(operator);
  if (assignment !== undefined) return [[node.operatorToken, assignment]];
  if (operator === '+' && [node.left, node.right].some(isText)) return [];
  return (OPERATORS.get(operator) ?? []).map((other) => [node, `(${left}) ${other} (${right})`]);
}

function isText(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function ofUnary(node: ts.Node): readonly Change[] {
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return [];
  const operand = node.operand.getText();
  if ([ts.SyntaxKind.ExclamationToken, ts.SyntaxKind.MinusToken].includes(node.operator))
    return [[node, operand]];
  if (node.operator === ts.SyntaxKind.PlusPlusToken) return [[node, `${operand}--`]];
  return node.operator === ts.SyntaxKind.MinusMinusToken ? [[node, `${operand}++`]] : [];
}

/** A condition that always or never holds; a loop only never, as it would not end otherwise. */
function ofCondition(node: ts.Node): readonly Change[] {
  if (ts.isIfStatement(node)) return always(node.expression);
  if (ts.isConditionalExpression(node)) return always(node.condition);
  if (ts.isWhileStatement(node) && node.expression.getText() !== 'true') return [[node.expression, 'false']];
  if (ts.isForStatement(node) && node.condition !== undefined) return [[node.condition, 'false']];
  return [];
}

function always(condition: ts.Expression): readonly Change[] {
  return [
    [condition, 'true'],
    [condition, 'false'],
  ];
}

function ofCall(node: ts.CallExpression): readonly Change[] {
  if (!ts.isPropertyAccessExpression(node.expression)) return [];
  const { name, expression } = node.expression;
  const method = name.text;
  const other = METHODS.get(method);
  const changes: Change[] = other === undefined ? [] : [[name, other]];
  if (ROUNDED.includes(method)) changes.push([name, 'ceil']);
  if (CHOOSING.includes(method)) changes.push([node, expression.getText()]);
  return changes;
}

const DOUBLED_FROM = 10;

function ofLiteral(node: ts.Node): readonly Change[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [[node, 'false']];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [[node, 'true']];
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text);
    return [[node, String(value < DOUBLED_FROM ? value + 1 : value * 2)]];
  }
  return ts.isStringLiteral(node) && isKey(node) ? [[node, `'${node.text}~'`]] : [];
}

/** A text that is compared or looked up: not one that people read. */
function isKey(node: ts.StringLiteral): boolean {
  const { parent } = node;
  if (ts.isCaseClause(parent) || ts.isElementAccessExpression(parent)) return true;
  if (ts.isBinaryExpression(parent)) return ['===', '!==', 'in'].includes(parent.operatorToken.getText());
  return (
    ts.isCallExpression(parent) &&
    parent.arguments[0] === node &&
    ts.isPropertyAccessExpression(parent.expression) &&
    NAMING.includes(parent.expression.name.text)
  );
}

/** A call or an assignment that is not made. */
function ofStatement(node: ts.Node): readonly Change[] {
  if (!ts.isExpressionStatement(node)) return [];
  const { expression } = node;
  return ts.isCallExpression(expression) || ts.isBinaryExpression(expression) ? [[node, ';']] : [];
}

/** The text of a file with the change in it. */
export function mutated(text: string, { start, end, after }: Mutant): string {
  return text.slice(0, start) + after + text.slice(end);
}
