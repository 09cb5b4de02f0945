using System.Collections.Immutable;

namespace Coordination.Discovery.Registration;

/// <summary>The registrations of this process. Thread-safe. It outlives the actors, which read it when they start.</summary>
internal sealed class RegistrationBook
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string, string, string), RegistrationCell> _cells = [];

    public ImmutableArray<RegistrationCell> Cells
    {
        get
        {
            lock (_lock)
            {
                return [.. _cells.Values];
            }
        }
    }

    /// <exception cref="InvalidOperationException">The same keys are registered already.</exception>
    /// <exception cref="CoordinationException">There are too many.</exception>
    public void Add(RegistrationCell cell, int limit)
    {
        lock (_lock)
        {
            if (_cells.ContainsKey(cell.Identity))
            {
                throw new InvalidOperationException(
                    $"This system registers {cell.Wish.Service}/{cell.Wish.Id} with the keys '{cell.Options.Layout.Keys}' already; update that registration, or end it first.");
            }

            if (_cells.Count >= limit)
            {
                throw new CoordinationException(
                    CoordinationErrorKind.LimitReached,
                    $"{cell.Wish.Service}/{cell.Wish.Id} cannot be registered: there are {limit} registrations in this system (Services.MaxRegistrations)");
            }

            _cells.Add(cell.Identity, cell);
        }
    }

    public void Remove(RegistrationCell cell)
    {
        lock (_lock)
        {
            if (_cells.GetValueOrDefault(cell.Identity) == cell)
            {
                _cells.Remove(cell.Identity);
            }
        }
    }
}
