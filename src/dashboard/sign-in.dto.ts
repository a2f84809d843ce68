import { IsOptional, Matches } from 'class-validator';
import { IsText } from '../common/validation.ts';

export class SignInQuery {
  @IsText(200)
  token: string;

  /** The page to open then; one of the dashboard's, so that a link cannot lead elsewhere. */
  @IsOptional()
  @IsText(2_000)
  @Matches(/^\/o\/[\x21-\x5b\x5d-\x7e]+$/, { message: 'to must be the path of a page: /o/{organization}/…' })
  to?: string;
}

export class SignInDto {
  @IsText(1_000)
  key: string;
}
