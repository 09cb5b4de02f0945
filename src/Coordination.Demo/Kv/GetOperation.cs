using System.CommandLine;
using Coordination.Demo.Cli;
using Coordination.Etcd;

namespace Coordination.Demo.Kv;

/// <summary><c>get</c>.</summary>
/// <param name="hex">Whether keys may be written as bytes; null: never.</param>
internal sealed class GetOperation(Option<bool>? hex = null) : IKvOperation
{
    private readonly KeyArguments _keys = new(hex: hex);
    private readonly Option<long> _limit = NumberOption.Create("--limit", "At most so many keys; 0: all.");
    private readonly Option<long> _revision = NumberOption.Create("--rev", "As it was at this revision; 0: now.");
    private readonly Option<string?> _order = new("--order") { Description = "ASCEND or DESCEND.", HelpName = "order" };
    private readonly Option<string?> _sortBy = new("--sort-by") { Description = "CREATE, KEY, MODIFY, VALUE or VERSION.", HelpName = "target" };
    private readonly Option<string> _consistency = new("--consistency") { Description = "l: linearizable. s: serializable, what one member knows, perhaps old.", HelpName = "l|s", DefaultValueFactory = _ => "l" };
    private readonly Option<bool> _keysOnly = new("--keys-only") { Description = "Only the keys." };
    private readonly Option<bool> _countOnly = new("--count-only") { Description = "Only how many keys there are." };
    private readonly Option<bool> _valueOnly = new("--print-value-only") { Description = "Print only the values." };

    /// <summary>Whether only values are to be printed.</summary>
    public bool PrintsValuesOnly(ParseResult result) => result.GetValue(_valueOnly);

    public void AddTo(Command command)
    {
        _order.AcceptOnlyFromAmong("ASCEND", "DESCEND", "ascend", "descend");
        _sortBy.AcceptOnlyFromAmong("CREATE", "KEY", "MODIFY", "VALUE", "VERSION", "create", "key", "modify", "value", "version");
        _consistency.AcceptOnlyFromAmong("l", "s");
        _keys.AddTo(command);
        foreach (var option in (Option[])[_limit, _revision, _order, _sortBy, _consistency, _keysOnly, _countOnly, _valueOnly])
        {
            command.Options.Add(option);
        }

        command.Check(result =>
        {
            if (result.GetValue(_keysOnly) && result.GetValue(_valueOnly))
            {
                result.AddError("get: --keys-only and --print-value-only cannot be set at the same time, choose one.");
            }
        });
    }

    public EtcdOp Read(ParseResult result, Stream? piped) => new EtcdOp.Get(_keys.Read(result))
    {
        Limit = result.GetValue(_limit),
        Revision = new Revision(result.GetValue(_revision)),
        Order = result.GetValue(_order)?.ToUpperInvariant() switch
        {
            "ASCEND" => EtcdOp.SortOrder.Ascending,
            "DESCEND" => EtcdOp.SortOrder.Descending,
            _ => EtcdOp.SortOrder.None,
        },
        OrderBy = result.GetValue(_sortBy)?.ToUpperInvariant() switch
        {
            "CREATE" => EtcdOp.SortTarget.CreateRevision,
            "MODIFY" => EtcdOp.SortTarget.ModRevision,
            "VALUE" => EtcdOp.SortTarget.Value,
            "VERSION" => EtcdOp.SortTarget.Version,
            _ => EtcdOp.SortTarget.Key,
        },
        Serializable = result.GetValue(_consistency) == "s",
        KeysOnly = result.GetValue(_keysOnly),
        CountOnly = result.GetValue(_countOnly),
    };
}
