import { alibabaSettings } from "../kinds/alibaba/settings";
import { awsSettings } from "../kinds/aws/settings";
import { azureSettings } from "../kinds/azure/settings";
import { vpcepSettings } from "../kinds/huawei/settings";

// The settings of every cloud, by the cloud's name. A new cloud is one line here. The comments are those of the arguments of `Provider`.

/** Alibaba Cloud: region, profile, role and endpoints. */
export const alibaba = alibabaSettings;
/** AWS: region, profile, role and endpoints. */
export const aws = awsSettings;
/** Azure: tenant, cloud and addresses, by the names of Pulumi's Azure Native provider. */
export const azure = azureSettings;
/** Huawei Cloud: region, project and endpoints. */
export const huawei = vpcepSettings;
/** Open Telekom Cloud: region, project and endpoints. */
export const otc = vpcepSettings;
