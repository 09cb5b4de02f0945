namespace Coordination.Actors.Tests.Simulation;

/// <summary>
/// Many workers under supervisors, and drivers that send them numbered messages. By its number a message is handled, handled and passed on
/// as another one, makes the worker fail (it is resumed, restarted or stopped), or makes it stop.
/// Every message must be accounted for exactly once: handled, consumed by a failure, or a dead letter.
/// </summary>
internal sealed class StressModel
{
    private readonly int[] _seen;
    private readonly int _seed;
    private readonly IActorRef[] _workers;
    private readonly List<IActorRef> _supervisors = [];
    private readonly IActorRef[] _drivers;
    private int _starting;
    private int _next;

    public StressModel(ActorSystem system, int supervisors, int workersEach, int messages, int drivers, int seed)
    {
        (_seen, _seed, Messages) = (new int[messages], seed, messages);
        _workers = new IActorRef[supervisors * workersEach];
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new Undertaker(this)), "undertaker"), typeof(DeadLetter));
        _drivers = [.. Enumerable.Range(0, drivers).Select(i => system.ActorOf(Props.Create(() => new Driver(this, messages / drivers / 2)), $"driver-{i}"))];
        _starting = supervisors;
        for (var i = 0; i < supervisors; i++)
            _supervisors.Add(system.ActorOf(Props.Create(() => new Supervisor(this, i * workersEach, workersEach)), $"supervisor-{i}"));
    }

    public int Messages { get; }

    public int Restarts;

    public int Stops;

    public int DeadLetters;

    private int _accounted;

    public IReadOnlyList<IActorRef> Supervisors => _supervisors;

    /// <summary>How many messages have been sent so far.</summary>
    public int Sent => Math.Min(Volatile.Read(ref _next), Messages);

    public int Accounted => Volatile.Read(ref _accounted);

    public int Duplicates => _seen.Count(times => times > 1);

    public int Lost => _seen.Take(Sent).Count(times => times == 0);

    /// <summary>A digest of what became of each message.</summary>
    public string Outcome => $"sent {Sent}, restarts {Restarts}, stops {Stops}, dead letters {DeadLetters}";

    private void Account(int id)
    {
        Interlocked.Increment(ref _seen[id]);
        Interlocked.Increment(ref _accounted);
    }

    private bool TrySend(IActorRef sender)
    {
        var id = Interlocked.Increment(ref _next) - 1;
        if (id >= Messages) return false;
        _workers[(int)(Hash(id) % (uint)_workers.Length)].Tell(new Numbered(id), sender);
        return true;
    }

    private void Started()
    {
        if (Interlocked.Decrement(ref _starting) > 0) return;
        foreach (var driver in _drivers) driver.Tell("begin", ActorRefs.NoSender);
    }

    private uint Hash(int id)
    {
        var h = ((uint)id + 1) * 2654435761u ^ (uint)_seed * 40503u;
        h ^= h >> 15;
        h *= 2246822519u;
        return h ^ (h >> 13);
    }

    private sealed record Numbered(int Id);

    private sealed class Failure(Directive directive) : Exception("on purpose")
    {
        public Directive Directive => directive;
    }

    private sealed class Worker : ReceiveActor
    {
        public Worker(StressModel model)
        {
            Receive<Numbered>(message =>
            {
                model.Account(message.Id);
                switch (model.Hash(message.Id + 17) % 2000)
                {
                    case 0 or 1:
                        throw new Failure(Directive.Resume);
                    case 2 or 3:
                        throw new Failure(Directive.Restart);
                    case 4:
                        throw new Failure(Directive.Stop);
                    case 5:
                        Context.Stop(Self);
                        break;
                    case < 500:
                        model.TrySend(Self);
                        break;
                }
            });
        }
    }

    private sealed class Supervisor : ReceiveActor
    {
        private readonly StressModel _model;

        public Supervisor(StressModel model, int first, int count)
        {
            _model = model;
            for (var i = first; i < first + count; i++) Start(i);
            model.Started();
            Receive<Terminated>(terminated =>
            {
                Interlocked.Increment(ref model.Stops);
                Start(int.Parse(terminated.ActorRef.Path.Name, System.Globalization.CultureInfo.InvariantCulture));
            });
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(-1, -1, cause =>
        {
            var directive = cause is Failure failure ? failure.Directive : Directive.Escalate;
            if (directive == Directive.Restart) Interlocked.Increment(ref _model.Restarts);
            return directive;
        }, loggingEnabled: false);

        private void Start(int index) =>
            _model._workers[index] = Context.Watch(Context.ActorOf(Props.Create(() => new Worker(_model)), $"{index}"));
    }

    private sealed class Driver : ReceiveActor
    {
        private readonly StressModel _model;
        private int _left;

        public Driver(StressModel model, int messages)
        {
            (_model, _left) = (model, messages);
            Receive<string>(_ =>
            {
                for (var burst = 0; burst < 50 && _left > 0; burst++, _left--)
                {
                    if (!_model.TrySend(Self)) return;
                }

                if (_left > 0) Self.Tell("go on");
            });
        }
    }

    private sealed class Undertaker : ReceiveActor
    {
        public Undertaker(StressModel model) => Receive<DeadLetter>(letter =>
        {
            if (letter.Message is not Numbered numbered) return;
            model.DeadLetters++;
            model.Account(numbered.Id);
        });
    }
}
