import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { type Attempt, type DueDelivery, hasDeliveredToday } from './delivery.sql.ts';
import { recipientsOf } from './endpoint.address.ts';
import { mailBody } from './mail.body.ts';

/** For each step of the conversation with the mail server, and for all of it. */
const STEP_WITHIN_MS = 5_000;
const SEND_WITHIN_MS = 10_000;
/** Messages of an endpoint in a day: whoever gets more reads none of them, and no tenant makes this a sender of bulk mail. */
const MAILS_A_DAY = 200;
const ASK_AGAIN_MS = 3_600_000;

type Outcome = Pick<Attempt, 'delivered' | 'status' | 'error' | 'requestedWaitMs'>;

/** Sends deliveries by the mail server that the operator names; the tenant names recipients only. */
@Injectable()
export class MailSender implements BeforeApplicationShutdown {
  private readonly transporter: Transporter | undefined;

  constructor(
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly database: TenantDatabase,
  ) {
    if (env.SYNC_SMTP_URL === undefined) return;
    this.transporter = createTransport({
      url: env.SYNC_SMTP_URL,
      ...{ pool: true, maxConnections: 2, maxMessages: 50 },
      ...{ connectionTimeout: STEP_WITHIN_MS, greetingTimeout: STEP_WITHIN_MS, socketTimeout: STEP_WITHIN_MS },
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
  }

  beforeApplicationShutdown(): void {
    this.transporter?.close();
  }

  /** Throws the signal's reason. Every other failure is an outcome. The status is the code of the mail server. */
  async send(orgId: string, endpointId: string, delivery: DueDelivery, signal: AbortSignal): Promise<Outcome> {
    if (!this.transporter) return failed('the service has no mail server: SYNC_SMTP_URL is not set');
    const [limit] = await this.database.read<{ reached: boolean }>(hasDeliveredToday(orgId, endpointId, MAILS_A_DAY));
    if (limit?.reached)
      return { ...failed(`${MAILS_A_DAY} messages were sent within a day`), requestedWaitMs: ASK_AGAIN_MS };
    const mail = { from: this.env.SYNC_SMTP_FROM, to: recipientsOf(delivery.url), ...mailBody(orgId, delivery) };
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(SEND_WITHIN_MS)]);
    try {
      const { rejected = [] } = await untilAborted(this.transporter.sendMail(mail), deadline);
      const refused = rejected.length === 0 ? null : `the mail server refused ${rejected.length} of the recipients`;
      return { delivered: true, status: 250, error: refused };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (deadline.aborted) return failed(`the mail server did not answer within ${SEND_WITHIN_MS / 1000} s`);
      const { responseCode = null, message } = error as Error & { responseCode?: number };
      return { ...failed(message.slice(0, 500).toWellFormed()), status: responseCode };
    }
  }
}

const failed = (error: string): Outcome => ({ delivered: false, status: null, error });

/** The conversation of one that is given up goes on until its own timeouts. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  // Whichever comes second has nobody who waits for it.
  work.catch(() => undefined);
  aborted.catch(() => undefined);
  return Promise.race([work, aborted]);
}
