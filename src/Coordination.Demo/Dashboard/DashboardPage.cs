using System.Security.Cryptography;
using System.Text;

namespace Coordination.Demo.Dashboard;

/// <summary>The page: one document with its style and its script in it, so it needs nothing but this program.</summary>
internal sealed class DashboardPage
{
    private DashboardPage(byte[] html, string policy)
    {
        Html = html;
        Policy = policy;
    }

    /// <summary>The document.</summary>
    public byte[] Html { get; }

    /// <summary>What the browser may run and load: this style, this script, and data from where the page came from. Whatever a key or a value holds is text.</summary>
    public string Policy { get; }

    public static DashboardPage Load()
    {
        var style = Part("page.css");
        var script = Part("parts.js") + Part("views.js") + Part("app.js");
        var html = Part("page.html").Replace("{style}", style, StringComparison.Ordinal).Replace("{script}", script, StringComparison.Ordinal);
        return new DashboardPage(
            Encoding.UTF8.GetBytes(html),
            $"default-src 'none'; style-src '{HashOf(style)}'; script-src '{HashOf(script)}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Part(string name)
    {
        using var reader = new StreamReader(typeof(DashboardPage).Assembly.GetManifestResourceStream($"Dashboard.{name}")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
