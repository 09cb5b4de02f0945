using Akka.Actor;
using Coordination.Discovery.Registration;
using Coordination.Elections;
using Coordination.Locks.Line;

namespace Coordination.Simulation;

/// <summary>What one user wants: so long after the beginning, on that process, and for how long it keeps it.</summary>
/// <param name="At">When.</param>
/// <param name="Process">Which process.</param>
/// <param name="Kind">What.</param>
/// <param name="Name">Its name.</param>
/// <param name="Patience">How long it waits; null: until it has it.</param>
/// <param name="Hold">How long it keeps it.</param>
/// <param name="Permits">Of a semaphore of three.</param>
internal sealed record Wish(TimeSpan At, int Process, WishKind Kind, string Name, TimeSpan? Patience, TimeSpan Hold, int Permits)
{
    public override string ToString() =>
        $"{At.TotalSeconds:0.000} p{Process} {Kind} {Name} waits {Patience?.TotalSeconds.ToString("0.000") ?? "on"} holds {Hold.TotalSeconds:0.000} ({Permits})";
}

internal enum WishKind
{
    Mutex,
    UnfairMutex,
    MutexOnOwnLease,
    Read,
    Write,
    Permits,
    Lead,

    /// <summary>To be found as a service: for a while, or (without patience) until the end.</summary>
    Register,
}

/// <summary>Fulfils one wish, by the messages that the public faces send. Whether the promise is kept that each request is answered is seen at the end.</summary>
internal sealed class User : MinimalActorRef
{
    private const int AllPermits = 3;
    private const string Answer = "an answer";

    private readonly World _world;
    private readonly SimProcess _process;
    private readonly CoordinationContext _context;
    private readonly Claims _claims;
    private readonly Wish _wish;
    private readonly LockRequestId _request = LockRequestId.Next();
    private readonly CandidacyId _candidacy = CandidacyId.Next();
    private RegistrationCell? _cell;

    private User(World world, SimProcess process, Claims claims, Wish wish)
    {
        (_world, _process, _context, _claims, _wish) = (world, process, process.Context, claims, wish);
    }

    public override ActorPath Path => Provider.DeadLetters.Path;

    public override IActorRefProvider Provider => ((IInternalActorRef)_context.Roots.Supervisor).Provider;

    /// <summary>What it waits for; null while it waits for nobody.</summary>
    public string? Awaited { get; private set; }

    /// <summary>Whether it has had what it wanted, does not get it any more, or is registered to stay.</summary>
    public bool IsDone { get => field || (IsToStay && _cell!.Health.State is RegistrationState.Registered); private set; }

    /// <summary>What is to be registered until the end.</summary>
    public string? Stays => IsToStay ? _cell!.Wish.Id : null;

    public bool IsOf(CoordinationContext context) => ReferenceEquals(_context, context);

    public static User Begin(World world, SimProcess process, Claims claims, Wish wish)
    {
        var user = new User(world, process, claims, wish);
        user.Ask();
        return user;
    }

    public override string ToString() => _wish.ToString();

    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case LockReply.Acquired m:
                Awaited = null;
                OnAcquired(m.Claim);
                break;
            case ElectionReply.Elected m:
                Awaited = null;
                OnElected(m.Claim);
                break;
            default:
                (Awaited, IsDone) = (null, true);
                _world.Note(_process.Name, $"{_wish.Kind} {_wish.Name}: {message.GetType().Name}");
                break;
        }
    }

    private void Ask()
    {
        Awaited = Answer;
        if (_wish.Kind == WishKind.Register)
        {
            Register();
            return;
        }

        if (_wish.Kind == WishKind.Lead)
        {
            Send<ElectionsCommand>(new ElectionsCommand.Campaign(new Campaigning(
                _candidacy, _wish.Name, _process.Name, new CandidateCard(_process.Name, 0), _context.Options.SessionTtl, Drains: false, Host: null)));
            GiveUpLater<ElectionsCommand>(new ElectionsCommand.Withdraw(_candidacy));
            return;
        }

        var isTry = _wish.Patience == TimeSpan.Zero;
        Send<LocksCommand>(new LocksCommand.Acquire(Lock, _request, Terms, isTry, isTry ? _context.Options.Etcd.RequestTimeout : null));
        GiveUpLater<LocksCommand>(new LocksCommand.Cancel(Lock, _request));
    }

    private bool IsToStay => _cell is not null && _wish.Patience is null;

    private void Register()
    {
        Awaited = null;
        var address = $"h{_world.Random.Next(1_000_000_000)}";
        _cell = new RegistrationCell(new ServiceInstance { Service = "greeter", Host = address, Port = 80 }, new RegistrationOptions());
        _context.Registrations.Add(_cell, _context.Options.Services.MaxRegistrations);
        Send<RegistrationCommand>(new RegistrationCommand.Begin(_cell));
        if (!IsToStay)
        {
            _process.Clock.After(_wish.Hold, () =>
            {
                _cell.IsLeaving = true;
                Awaited = "the deregistration";
                Send<RegistrationCommand>(new RegistrationCommand.Leave(_cell, RegistrationRequestId.Next()));
            });
        }
    }

    private LockName Lock => new(
        _wish.Kind switch
        {
            WishKind.Read or WishKind.Write => LockForm.ReaderWriter,
            WishKind.Permits => LockForm.Semaphore,
            _ => LockForm.Mutex,
        },
        _wish.Name,
        _wish.Kind == WishKind.MutexOnOwnLease ? _context.Options.SessionTtl : null);

    private LockTerms Terms => _wish.Kind switch
    {
        WishKind.Read => LockTerms.Read,
        WishKind.Write => LockTerms.Write,
        WishKind.Permits => LockTerms.Of(_wish.Permits, AllPermits),
        WishKind.UnfairMutex => LockTerms.Alone with { IsFair = false },
        _ => LockTerms.Alone,
    };

    private double Share => _wish.Kind switch
    {
        // As many readers as there are processes can be in; a writer is alone.
        WishKind.Read => 0.001,
        WishKind.Permits => (double)_wish.Permits / AllPermits,
        _ => 1,
    };

    private void OnAcquired(LockClaim claim)
    {
        _world.Note(_process.Name, $"{_wish.Kind} {_wish.Name} acquired, token {claim.Token.Value}");

        // Entries of readers and of part of the permits are older than some who came in before them.
        _claims.Add($"{Lock.Form} {_wish.Name}", _process.Name, claim.Token.Value, Share, () => claim.ValidFor > TimeSpan.Zero);
        _process.Clock.After(_wish.Hold, () =>
        {
            claim.End(LossReason.Released);
            Awaited = "the release";
            claim.Keeper!.Tell(new LocksCommand.Release(Lock, claim.Request), this);
        });
    }

    private void OnElected(LeadershipClaim claim)
    {
        _world.Note(_process.Name, $"leads {_wish.Name} in term {claim.Term.Value}");
        _claims.Add($"election {_wish.Name}", _process.Name, claim.Term.Value, 1, () => claim.IsHeld);
        _process.Clock.After(_wish.Hold, () =>
        {
            claim.End(LossReason.Released, isNews: false);
            Awaited = "the end of the term";
            Send<ElectionsCommand>(new ElectionsCommand.Resign(_candidacy));
        });
    }

    private void GiveUpLater<TCommand>(TCommand command)
    {
        if (_wish.Patience is { } patience && patience > TimeSpan.Zero)
        {
            _process.Clock.After(patience, () =>
            {
                if (Awaited == Answer)
                {
                    Send(command);
                }
            });
        }
    }

    private void Send<TCommand>(TCommand command) => _context.Roots.Of<TCommand>().Tell(command!, this);
}
