import { Injectable } from '@nestjs/common';
import { CredentialCipher, type SealedSecret } from '../connectors/credentials/credential.encryption.ts';
import type { DueDelivery } from './delivery.sql.ts';

/** Encrypts and decrypts the secrets that sign messages, like the credentials of connections. */
@Injectable()
export class EndpointSecrets {
  constructor(private readonly cipher: CredentialCipher) {}

  seal(secret: string, orgId: string, id: string): SealedSecret {
    return this.cipher.seal(secret, contextOf(orgId, id));
  }

  /** As one text, which `openText` reverses: a response is stored for its Idempotency-Key, and must not hold a secret then. */
  toText({ keyId, box }: SealedSecret): string {
    return `${keyId}.${box.toString('base64')}`;
  }

  openText(text: string, orgId: string, id: string): string {
    const [keyId = '', box = ''] = text.split('.');
    return this.cipher.open({ keyId, box: Buffer.from(box, 'base64') }, contextOf(orgId, id));
  }

  /** The secrets that are valid: the current one, and the one before while they overlap. */
  validFor(delivery: DueDelivery, orgId: string, id: string): string[] {
    const { secret, secret_key_id, previous_secret, previous_secret_key_id } = delivery;
    const sealed = [{ box: secret, keyId: secret_key_id }];
    if (previous_secret && previous_secret_key_id) sealed.push({ box: previous_secret, keyId: previous_secret_key_id });
    return sealed.map((one) => this.cipher.open(one, contextOf(orgId, id)));
  }
}

const contextOf = (orgId: string, id: string) => ({ orgId, connectionId: id, purpose: 'endpoint_secret' as const });
