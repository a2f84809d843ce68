import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** One SQL statement as printed, comments included. */
export interface GuideStatement {
  readonly sql: string;
  /** The headings it stands under: `##` and `###`. */
  readonly chapter: string;
  readonly section: string;
}

/** What clients copy out of the integration guide. */
export interface Guide {
  readonly statements: readonly GuideStatement[];
  /** The printed code of each function, by name, types and all. */
  readonly functions: ReadonlyMap<string, string>;
  /** Printed code outside functions that queries, by section. */
  readonly snippets: ReadonlyMap<string, string>;
  /** Blocks that are a file of their own, imports and all, by the function they export. */
  readonly modules: ReadonlyMap<string, string>;
}

export function readGuide(): Guide {
  return parseGuide(readFileSync(new URL('./guide.md', import.meta.url), 'utf8'));
}

/** Throws at what it would have to leave out: a new kind of block or of query must not slip past the tests. */
export function parseGuide(markdown: string): Guide {
  const statements: GuideStatement[] = [];
  const functions = new Map<string, string>();
  const snippets = new Map<string, string>();
  const modules = new Map<string, string>();
  for (const { language, code, chapter, section } of codeBlocks(markdown)) {
    const place = { chapter, section };
    if (language === 'sql') {
      statements.push(...splitSql(code).map((sql) => ({ sql, ...place })));
    } else if (language === 'typescript') {
      const source = ts.createSourceFile('guide.tsx', code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TSX);
      for (const part of source.statements) {
        const queries = queriesIn(part);
        statements.push(...queries.map((sql) => ({ sql, ...place })));
        if (ts.isFunctionDeclaration(part) && part.name) {
          functions.set(part.name.text, part.getText());
          if (part.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
            modules.set(part.name.text, code);
        } else if (queries.length > 0) snippets.set(section, `${snippets.get(section) ?? ''}${part.getText()}\n`);
      }
    } else if (language !== 'bash')
      throw new Error(`the guide has a block of ${language || 'no language'}: teach this parser`);
  }
  return { statements, functions, snippets, modules };
}

function* codeBlocks(markdown: string) {
  let chapter = '';
  let section = '';
  let fence: { language: string; lines: string[] } | undefined;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) {
      if (fence) yield { language: fence.language, code: fence.lines.join('\n'), chapter, section };
      fence = fence ? undefined : { language: line.slice(3).trim(), lines: [] };
    } else if (fence) fence.lines.push(line);
    else if (line.startsWith('## ')) {
      chapter = line.slice(3);
      section = '';
    } else if (line.startsWith('### ')) section = line.slice(4);
  }
  if (fence) throw new Error('a code block of the guide does not end');
}

function splitSql(code: string): string[] {
  const parts = code.split(/(?<=;)[ \t]*$/m).map((part) => part.trim());
  return parts.filter((part) => part.replaceAll(/^--.*$/gm, '').trim() !== '');
}

function queriesIn(node: ts.Node): string[] {
  const found: string[] = [];
  const visit = (child: ts.Node): void => {
    if (
      ts.isCallExpression(child) &&
      ts.isPropertyAccessExpression(child.expression) &&
      child.expression.name.text === 'query'
    ) {
      const [text] = child.arguments;
      if (!text || !ts.isStringLiteralLike(text)) throw new Error(`no literal statement: ${child.getText()}`);
      found.push(text.text);
    }
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}
