import type { Environment, Model } from './model.types.ts';
import type { Stored } from './record.types.ts';

/** Where the value of a translated field in another language than English is kept in a row. */
export const translationOf = (name: string, language: string): string => `${name}@${language}`;

/** The language of a call, when it is another one than English, which a call without one means (recordings 421 and 424). */
export function languageOf(env: Environment): string | null {
  const { lang } = env.context;
  return typeof lang === 'string' && lang !== 'en_US' ? lang : null;
}

/** A create in another language sets both. */
export function inEveryLanguage(env: Environment, model: Model, plain: Record<string, Stored>): Record<string, Stored> {
  return { ...plain, ...inOneLanguage(env, model, plain), ...plain };
}

/** A write in another language leaves the English value, one without a language leaves the translation (recording 425). */
export function inOneLanguage(env: Environment, model: Model, plain: Record<string, Stored>): Record<string, Stored> {
  const language = languageOf(env);
  if (language === null) return plain;
  return Object.fromEntries(
    Object.entries(plain).map(([name, value]) => [
      env.db.fieldOf(model.name, name)?.translated ? translationOf(name, language) : name,
      value,
    ]),
  );
}
