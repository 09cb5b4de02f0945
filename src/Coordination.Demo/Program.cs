using Coordination.Demo;
using Coordination.Demo.Cli;

using var telemetry = Telemetry.FromEnvironment();
using var terminal = Terminal.OfProcess();
return await Tool.RunAsync(args, terminal).ConfigureAwait(false);
