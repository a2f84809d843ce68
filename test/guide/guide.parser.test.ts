import { describe, expect, it } from 'vitest';
import { parseGuide, readGuide } from './guide.parser.ts';

const block = (language: string, code: string) => `## Chapter\n### Section\n\`\`\`${language}\n${code}\n\`\`\`\n`;
const texts = (markdown: string) => parseGuide(markdown).statements.map(({ sql }) => sql);

describe('reading the guide', () => {
  it('finds its twenty statements, one of them outside functions', () => {
    const { statements, snippets } = readGuide();
    expect(statements).toHaveLength(20);
    expect([...snippets.keys()]).toEqual(['Preview Cache Not Expiring']);
  });

  it('finds each statement of an SQL block, comments included', () => {
    expect(texts(block('sql', "-- one\nSELECT ';';\n\nSELECT 2;\n-- the end"))).toEqual([
      "-- one\nSELECT ';';",
      'SELECT 2;',
    ]);
  });

  it('finds the queries of functions and their positions', () => {
    const { statements, functions } = parseGuide(
      block('typescript', 'async function f() { await pool.query(`SELECT 1`); }'),
    );
    expect(statements).toEqual([{ sql: 'SELECT 1', chapter: 'Chapter', section: 'Section' }]);
    expect([...functions.keys()]).toEqual(['f']);
  });

  it('finds what is a file of its own, its imports and types included', () => {
    const code = "import { a } from 'b';\ntype T = string;\nexport function F(t: T) { return a(t); }";
    expect([...parseGuide(block('typescript', code)).modules]).toEqual([['F', code]]);
    expect([...readGuide().modules.keys()]).toEqual(['SyncProgressDashboard']);
  });

  it('refuses what it would have to leave out', () => {
    expect(() => parseGuide(block('python', 'cursor.execute("SELECT 1")'))).toThrow('python');
    expect(() => parseGuide(block('typescript', 'pool.query(text);'))).toThrow('no literal statement');
    expect(() => parseGuide(block('typescript', 'pool.query(`SELECT $' + '{column}`);'))).toThrow(
      'no literal statement',
    );
    expect(() => parseGuide('```sql\nSELECT 1;')).toThrow('does not end');
  });
});
