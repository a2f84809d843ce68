import { IsOptional, Matches } from 'class-validator';
import { IsText } from '../common/validation.ts';

/** Also asked of what a browser brings back. */
export const PAGE = /^\/o\/[\x21-\x5b\x5d-\x7e]+$/;

export class PageQuery {
  /** The page to open then; one of the dashboard's, so that a link cannot lead elsewhere. */
  @IsOptional()
  // Decorators apply from the last to the first.
  @Matches(PAGE, { message: 'to must be the path of a page: /o/{organization}/…' })
  @IsText(2_000)
  to?: string;
}
