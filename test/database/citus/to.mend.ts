/** What is known to be refused still: rule, place, what of it. Nothing is ever added. */
export const TO_MEND: readonly string[] = [];
