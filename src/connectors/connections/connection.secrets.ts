import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import type { Members } from '../catalogue/settings.schema.ts';
import type { SettingsSchema } from '../contract/connector.types.ts';
import { CredentialCipher, type SealedSecret } from '../credentials/credential.encryption.ts';
import type { SealedConnectionRow } from './connection.types.ts';

type SecretOwner = { readonly orgId: string; readonly connectionId: string };

/** Encrypts and decrypts the secrets of connections. */
@Injectable()
export class ConnectionSecrets {
  constructor(private readonly cipher: CredentialCipher) {}

  sealCredentials(credentials: Members, owner: SecretOwner): SealedSecret {
    return this.cipher.seal(JSON.stringify(credentials), { ...owner, purpose: 'credentials' });
  }

  sealWebhookSecret(secret: string, owner: SecretOwner): SealedSecret {
    return this.cipher.seal(secret, { ...owner, purpose: 'webhook_secret' });
  }

  credentialsOf(row: SealedConnectionRow): Members {
    const sealed = sealedOf(row.credentials, row.credentials_key_id);
    return JSON.parse(this.cipher.open(sealed, { ...ownerOf(row), purpose: 'credentials' })) as Members;
  }

  webhookSecretOf(row: SealedConnectionRow): string {
    const sealed = sealedOf(row.webhook_secret, row.webhook_secret_key_id);
    return this.cipher.open(sealed, { ...ownerOf(row), purpose: 'webhook_secret' });
  }

  /** An encrypted webhook secret as one text; webhookSecretFromText reverses it. See webhook-secret.interceptor.ts. */
  toText({ keyId, box }: SealedSecret): string {
    return `${keyId}.${box.toString('base64')}`;
  }

  webhookSecretFromText(text: string, owner: SecretOwner): string {
    const [keyId = '', box = ''] = text.split('.');
    return this.cipher.open({ keyId, box: Buffer.from(box, 'base64') }, { ...owner, purpose: 'webhook_secret' });
  }
}

/** 256 bits in hex. WooCommerce accepts any text. */
export const newWebhookSecret = (): string => randomBytes(32).toString('hex');

/** A shorter secret would also match harmless words. */
const MIN_LENGTH = 6;

/** Removes secrets from a text, also URL-encoded ones. This is a second line of defence: no message should contain a secret. */
export function redactor(schema: SettingsSchema, credentials: Members): (text: string) => string {
  const secrets = Object.entries(credentials)
    .filter(([name]) => schema.properties[name]?.secret)
    .map(([, value]) => String(value))
    .filter((value) => value.length >= MIN_LENGTH)
    .flatMap((value) => [value, encodeURIComponent(value)]);
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text);
}

const ownerOf = (row: SealedConnectionRow): SecretOwner => ({ orgId: row.org_id, connectionId: row.id });

function sealedOf(box: Buffer | null, keyId: string | null): SealedSecret {
  if (box === null || keyId === null) throw new Problem('conflict', 'The connection does not hold this secret.');
  return { box, keyId };
}
