export { type RespiteHealth, RespiteHealthIndicator } from './health-indicator';
export { InjectRespite } from './inject-respite';
export { RespiteApp, RespiteModule, type RespiteModuleAsyncOptions, type RespiteModuleOptions } from './respite-module';
