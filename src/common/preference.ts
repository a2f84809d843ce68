/** Whether a Prefer header (RFC 7240) asks for as little as possible in the response. */
export const prefersMinimal = (header: string | undefined): boolean =>
  (header ?? '').split(',').some((preference) => /^ *return *= *("?)minimal\1 *(;|$)/i.test(preference));
