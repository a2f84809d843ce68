import { IsText } from '../common/validation.ts';

export class SignInQuery {
  @IsText(200)
  token: string;
}

export class SignInDto {
  @IsText(1_000)
  key: string;
}
