import { Module } from '@nestjs/common';
import { WhoamiController } from './whoami.controller.ts';

@Module({ controllers: [WhoamiController] })
export class WhoamiModule {}
