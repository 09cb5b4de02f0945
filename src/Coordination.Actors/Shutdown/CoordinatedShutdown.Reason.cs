namespace Coordination.Actors;

/// <content>Why a system ends.</content>
public sealed partial class CoordinatedShutdown
{
    /// <summary>Why a system ends. Derive your own.</summary>
    public class Reason
    {
        /// <summary>For reasons of your own.</summary>
        protected Reason() { }
    }

    /// <summary>The reason is not known.</summary>
    public class UnknownReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new UnknownReason();

        private UnknownReason() { }
    }

    /// <summary><see cref="ActorSystem.Terminate"/> was called.</summary>
    public class ActorSystemTerminateReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ActorSystemTerminateReason();

        private ActorSystemTerminateReason() { }
    }

    /// <summary>The process ends.</summary>
    public class ClrExitReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ClrExitReason();

        private ClrExitReason() { }
    }
}
