import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Problem } from '../../common/problem.ts';

/** `key`: 32 bytes in base64. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: string;
}

/** The owner and the purpose of a secret. They authenticate the ciphertext, which cannot be decrypted for any other. */
export interface SecretContext {
  readonly orgId: string;
  /** Or the id of the webhook endpoint. */
  readonly connectionId: string;
  readonly purpose: 'credentials' | 'webhook_secret' | 'endpoint_secret';
}

/** `box` is the IV, the tag and the ciphertext; `keyId` names the key that encrypted it. */
export interface SealedSecret {
  readonly keyId: string;
  readonly box: Buffer;
}

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts with the newest key and decrypts with any of them. Throws Problem encryption-not-configured when a key is missing. */
export class CredentialCipher {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #newest: string | undefined;

  /** The newest first. Without keys, every method throws. */
  constructor(keys: readonly EncryptionKey[]) {
    // Reversed, so that the first of two keys with the same id counts.
    this.#keys = new Map(keys.toReversed().map(({ id, key }) => [id, createSecretKey(key, 'base64')]));
    this.#newest = keys[0]?.id;
  }

  get newestKeyId(): string {
    if (this.#newest === undefined) {
      const value = 'an id, a colon and 32 random bytes in base64 (openssl rand -base64 32), then restart the service';
      throw new Problem(
        'encryption-not-configured',
        `The service has no key to encrypt credentials. Set SYNC_ENCRYPTION_KEYS to ${value}.`,
      );
    }
    return this.#newest;
  }

  seal(secret: string, context: SecretContext): SealedSecret {
    const keyId = this.newestKeyId;
    // With a random IV, one key may encrypt 2^32 secrets before the chance that two share an IV matters.
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key(keyId), iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(context));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return { keyId, box: Buffer.concat([iv, cipher.getAuthTag(), text]) };
  }

  open({ keyId, box }: SealedSecret, context: SecretContext): string {
    const key = this.#key(keyId);
    try {
      const decipher = createDecipheriv(ALGORITHM, key, box.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(additionalData(context));
      decipher.setAuthTag(box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = box.subarray(IV_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new Problem(
        'encryption-not-configured',
        `The key "${keyId}" does not decrypt the stored secret: SYNC_ENCRYPTION_KEYS has another key with this id, or the row was changed. Correct the variable, or store the secrets of the connection again.`,
        { cause },
      );
    }
  }

  #key(id: string): KeyObject {
    const key = this.#keys.get(id);
    if (!key)
      throw new Problem(
        'encryption-not-configured',
        `The stored secret was encrypted with the key "${id}", which is not in SYNC_ENCRYPTION_KEYS. Add the key, or store the secrets of the connection again.`,
      );
    return key;
  }
}

/** As JSON, so that two different contexts never give the same text. */
const additionalData = ({ orgId, connectionId, purpose }: SecretContext): Buffer =>
  Buffer.from(JSON.stringify([orgId, connectionId, purpose]));
