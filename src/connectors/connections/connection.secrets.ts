import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import type { Members } from '../catalogue/settings.schema.ts';
import type { SettingsSchema } from '../contract/connector.types.ts';
import { CredentialCipher, type SealedSecret } from '../credentials/credential.encryption.ts';
import type { SealedConnectionRow } from './connection.types.ts';

type Whose = { readonly orgId: string; readonly connectionId: string };

/** The secrets of connections, as they are stored and as they are meant. */
@Injectable()
export class ConnectionSecrets {
  constructor(private readonly cipher: CredentialCipher) {}

  sealCredentials(credentials: Members, whose: Whose): SealedSecret {
    return this.cipher.seal(JSON.stringify(credentials), { ...whose, purpose: 'credentials' });
  }

  sealWebhookSecret(secret: string, whose: Whose): SealedSecret {
    return this.cipher.seal(secret, { ...whose, purpose: 'webhook_secret' });
  }

  credentialsOf(row: SealedConnectionRow): Members {
    const sealed = sealedOf(row.credentials, row.credentials_key_id);
    return JSON.parse(this.cipher.open(sealed, { ...whoseIs(row), purpose: 'credentials' })) as Members;
  }

  webhookSecretOf(row: SealedConnectionRow): string {
    const sealed = sealedOf(row.webhook_secret, row.webhook_secret_key_id);
    return this.cipher.open(sealed, { ...whoseIs(row), purpose: 'webhook_secret' });
  }

  /** A sealed webhook secret as one text, and back: see webhook-secret.interceptor.ts. */
  toText({ keyId, box }: SealedSecret): string {
    return `${keyId}.${box.toString('base64')}`;
  }

  webhookSecretFromText(text: string, whose: Whose): string {
    const [keyId = '', box = ''] = text.split('.');
    return this.cipher.open({ keyId, box: Buffer.from(box, 'base64') }, { ...whose, purpose: 'webhook_secret' });
  }
}

/** 256 bits in hex: WooCommerce takes any text. */
export const newWebhookSecret = (): string => randomBytes(32).toString('hex');

/** Shorter ones would also hit harmless words. */
const LEAST_LENGTH = 6;

/** Takes the secret members out of a text, as they are and as an address writes them. A second line: no message should hold one. */
export function redactor(schema: SettingsSchema, credentials: Members): (text: string) => string {
  const secrets = Object.entries(credentials)
    .filter(([name]) => schema.properties[name]?.secret)
    .map(([, value]) => String(value))
    .filter((value) => value.length >= LEAST_LENGTH)
    .flatMap((value) => [value, encodeURIComponent(value)]);
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text);
}

const whoseIs = (row: SealedConnectionRow): Whose => ({ orgId: row.org_id, connectionId: row.id });

function sealedOf(box: Buffer | null, keyId: string | null): SealedSecret {
  if (box === null || keyId === null) throw new Problem('conflict', 'The connection does not hold this secret.');
  return { box, keyId };
}
