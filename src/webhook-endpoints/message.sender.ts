import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { ConnectorError } from '../connectors/contract/connector.error.ts';
import { CallFailure } from '../connectors/http/call.failure.ts';
import { HTTP_DEFAULTS } from '../connectors/http/http.options.ts';
import { HttpTransport } from '../connectors/http/http.transport.ts';
import { requestedWaitMs } from '../connectors/http/retry-after.header.ts';
import type { Attempt, DueDelivery } from './delivery.sql.ts';
import { EndpointSecrets } from './endpoint.secrets.ts';
import { MailSender } from './mail.sender.ts';
import { type MessageFormat, messageBody, messageId } from './message.body.ts';
import { toldOf } from './message.data.ts';
import { signatureHeaders } from './message.signature.ts';

/** How long a receiver may take for one message, its name and the connection included. */
const ANSWER_WITHIN_MS = 10_000;
/** Nobody reads what a receiver answers. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Makes one attempt of a delivery: by HTTP, by the address rules that hold for connections, or by mail. */
@Injectable()
export class MessageSender implements BeforeApplicationShutdown {
  private readonly transport = new HttpTransport({
    ...HTTP_DEFAULTS,
    connectTimeoutMs: ANSWER_WITHIN_MS,
    headersTimeoutMs: ANSWER_WITHIN_MS,
    totalTimeoutMs: ANSWER_WITHIN_MS,
    maxJsonBytes: MAX_ANSWER_BYTES,
  });

  constructor(
    private readonly secrets: EndpointSecrets,
    private readonly mail: MailSender,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }

  /** Throws the signal's reason. Every other failure is an outcome. */
  async send(orgId: string, endpointId: string, due: DueDelivery, signal: AbortSignal): Promise<Attempt> {
    const delivery = toldOf(due);
    const since = performance.now();
    const ended = (attempt: Pick<Attempt, 'delivered' | 'status' | 'error' | 'requestedWaitMs'>): Attempt => ({
      ...attempt,
      durationMs: Math.round(performance.now() - since),
    });
    const { format } = delivery;
    if (format === 'email') return ended(await this.mail.send(orgId, endpointId, delivery, signal));
    try {
      const { status, headers } = await this.post(orgId, endpointId, { ...delivery, format }, signal);
      const delivered = status >= 200 && status < 300;
      const error = delivered ? null : `the receiver answered with ${status}`;
      return ended({ delivered, status, error, requestedWaitMs: requestedWaitMs(headers, Date.now()) });
    } catch (error) {
      if (!(error instanceof CallFailure || error instanceof ConnectorError)) throw error;
      const status = error instanceof ConnectorError ? (error.status ?? null) : null;
      return ended({ delivered: false, status, error: error.message });
    }
  }

  private post(
    orgId: string,
    endpointId: string,
    delivery: DueDelivery & { readonly format: Exclude<MessageFormat, 'email'> },
    signal: AbortSignal,
  ) {
    const { contentType, body } = messageBody(orgId, delivery, delivery.format);
    const secrets = this.secrets.validFor(delivery, orgId, endpointId);
    const sign = () => ({
      headers: signatureHeaders({ id: messageId(delivery), body }, secrets, Math.floor(Date.now() / 1000)),
    });
    const isPrivate = this.env.SYNC_ALLOW_PRIVATE_ADDRESSES;
    return this.transport.attempt(
      {
        ...{ method: 'POST', url: delivery.url, headers: { 'content-type': contentType }, body, sign, signal },
        // The receiver tells by the id what it has had, so the shorter times of a request that may be repeated hold.
        idempotent: true,
      },
      { allowHttp: isPrivate, allowPrivateAddresses: isPrivate },
      () => undefined,
      signal,
    );
  }
}
