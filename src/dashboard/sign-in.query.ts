import { IsText } from '../common/validation.ts';

export class SignInQuery {
  @IsText(200)
  token: string;
}
