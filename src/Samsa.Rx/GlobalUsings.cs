global using Microsoft.Extensions.Logging;
global using Samsa.Flow;
global using Samsa.Protocol;
global using Samsa.Protocol.Messages;
global using Samsa.Wire;
